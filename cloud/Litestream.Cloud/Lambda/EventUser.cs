using System.Security.Claims;
using System.Text.Json;

namespace Litestream.Cloud.Lambda;

/// <summary>
/// Who asks, as the gateway's authorizer found out: its claims under their own names. Without an authorizer nobody is authenticated; with one that says
/// nothing, somebody without claims is: whoever decides asks for claims.
/// </summary>
internal static class EventUser
{
    private const string Scope = "scope";

    public static ClaimsPrincipal Of(HttpApiEvent.Authorizer? authorizer) => authorizer switch
    {
        { Jwt: { } jwt } => new(new ClaimsIdentity(WithScopes(Claims(jwt.Claims), jwt.Scopes), "jwt", "sub", Scope)),
        { Lambda: { } context } => new(new ClaimsIdentity(Claims(context), "lambda", "sub", Scope)),
        { Iam: { } caller } => new(new ClaimsIdentity(Claims(caller), "iam", "userArn", Scope)),
        _ => new(new ClaimsIdentity()),
    };

    private static List<Claim> Claims(IReadOnlyDictionary<string, JsonElement>? values) =>
        [.. (values ?? new Dictionary<string, JsonElement>()).Where(v => v.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            .Select(v => new Claim(v.Key, v.Value.ValueKind == JsonValueKind.String ? v.Value.GetString()! : v.Value.GetRawText()))];

    /// <summary>Some issuers have no claim of that name; what the gateway compared with the route's scopes is then all there is.</summary>
    private static List<Claim> WithScopes(List<Claim> claims, IReadOnlyList<string>? scopes)
    {
        if (scopes is { Count: > 0 } && !claims.Exists(claim => claim.Type == Scope))
            claims.Add(new(Scope, string.Join(' ', scopes)));
        return claims;
    }
}
