using System.Collections.Frozen;

namespace Litestream.Cloud.Access;

/// <summary>A line of the tokens' file. The token itself is nowhere.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Scopes">What it may.</param>
/// <param name="Hash">SHA-256 of it.</param>
internal sealed record KnownToken(string Name, FrozenSet<string> Scopes, byte[] Hash);
