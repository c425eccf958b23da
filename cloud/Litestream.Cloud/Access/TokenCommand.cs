using System.Buffers.Text;
using System.Security.Cryptography;
using Litestream.Cloud.Configuration;
using Litestream.Http;

namespace Litestream.Cloud.Access;

/// <summary><c>litestream-cloud token NAME SCOPES >> tokens</c>: the line for the file to standard output, the token to the person, once.</summary>
internal static class TokenCommand
{
    private const int TokenBytes = 32;
    private const string Usage = "litestream-cloud token NAME SCOPE,SCOPE >> FILE";

    public static int Run(IReadOnlyList<string> words, TextWriter line, TextWriter person)
    {
        if (words is not [var name, var scopes])
            throw Flags.Wrong("a token has a name and scopes", Usage);
        if (!TokenFile.IsName(name))
            throw Flags.Wrong($"\"{name}\" is no name of a token", Usage);
        var known = TokenFile.Scopes(scopes, "token");
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        line.WriteLine($"{name} {string.Join(',', known)} {Convert.ToHexStringLower(BearerToken.Hash(token))}");
        person.WriteLine($"The token of {name}, shown this once: {token}");
        return 0;
    }
}
