namespace Litestream.Infra.Constructs;

/// <summary>Whose tokens the API takes, and where the dashboard and programs get them.</summary>
/// <param name="Issuer">The <c>iss</c> of tokens.</param>
/// <param name="Audiences">Any of these.</param>
/// <param name="ScopePrefix">What it puts before every scope.</param>
/// <param name="ClientId">Of the dashboard.</param>
/// <param name="AuthorizationEndpoint">Null: the issuer's discovery document says.</param>
/// <param name="TokenEndpoint">Null: the same.</param>
internal sealed record TokenIssuer(string Issuer, string[] Audiences, string ScopePrefix, string ClientId, string? AuthorizationEndpoint = null, string? TokenEndpoint = null);
