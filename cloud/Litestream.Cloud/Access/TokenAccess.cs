using Litestream.Contract.Access;
using Litestream.Http;

namespace Litestream.Cloud.Access;

/// <summary>Finds whose token a request carries, in a time that tells nothing: every line is compared, whichever fits.</summary>
internal sealed class TokenAccess(IReadOnlyList<KnownToken> tokens)
{
    private readonly (byte[] Hash, Actor Actor)[] _actors = [.. tokens.Select(token => (token.Hash, new Actor(token.Name, token.Scopes)))];

    public Actor? Find(string? authorization)
    {
        var given = BearerToken.HashIn(authorization);
        Actor? found = null;
        foreach (var (hash, actor) in _actors)
            if (BearerToken.IsSame(given, hash))
                found = actor;
        return found;
    }
}
