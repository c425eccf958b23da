using System.Security.Cryptography;
using System.Text;

namespace Litestream.Http;

/// <summary><c>Authorization: Bearer …</c>. Only hashes are kept and compared, in constant time: neither a token's bytes nor its length can be measured.</summary>
public static class BearerToken
{
    private const string Scheme = "Bearer ";

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Hash of the token in a header; null when there is none.</summary>
    public static byte[]? HashIn(string? authorization) =>
        authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Hash(authorization[Scheme.Length..].Trim()) : null;

    public static bool IsSame(byte[]? given, byte[] expected) => given is not null && CryptographicOperations.FixedTimeEquals(given, expected);
}
