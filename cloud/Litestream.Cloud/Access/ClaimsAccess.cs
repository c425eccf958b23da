using System.Collections.Frozen;
using System.Security.Claims;
using Litestream.Contract.Access;

namespace Litestream.Cloud.Access;

/// <summary>
/// Whom the HTTP API's authorizer let through. Being let through is not enough: a route without an authorizer, or with one for IAM, gives a caller without
/// <c>sub</c> and <c>scope</c>, and that is nobody.
/// </summary>
/// <param name="prefix">What the issuer puts before every scope; scopes without it are somebody else's.</param>
internal sealed class ClaimsAccess(string prefix)
{
    private const string Subject = "sub";
    private const string Scope = "scope";

    public Actor? Find(ClaimsPrincipal? user)
    {
        if (user?.FindFirst(Subject)?.Value is not { Length: > 0 } subject || user.FindFirst(Scope)?.Value is not { Length: > 0 } scopes)
            return null;
        var ours = scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(scope => scope.StartsWith(prefix, StringComparison.Ordinal));
        return new(subject, ours.Select(scope => scope[prefix.Length..]).ToFrozenSet(StringComparer.Ordinal));
    }
}
