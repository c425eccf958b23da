namespace Litestream.Tests.Servers;

/// <summary>An object with the headers that it was stored with (user metadata, encryption).</summary>
internal sealed record S3Object(byte[] Content, DateTimeOffset StoredAt, IReadOnlyDictionary<string, string> Headers);
