using System.Security.Cryptography;

namespace Litestream.Tests.Servers;

/// <summary>An object with the headers that it was stored with (user metadata, encryption).</summary>
internal sealed record S3Object(byte[] Content, DateTimeOffset StoredAt, IReadOnlyDictionary<string, string> Headers)
{
    private string? _tag;

    /// <summary>Another one for every other content. In the form of an upload in parts: of another a client takes it for the MD5 of what it reads.</summary>
    public string Tag => _tag ??= TagOf(Content);

    public static string TagOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content))[..32] + "-1";
}
