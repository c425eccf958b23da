using Amazon.CDK;
using Amazon.CDK.AWS.Cognito;
using Constructs;

namespace Litestream.Infra.Constructs;

/// <summary>The two clients of the user pool: the dashboard, where people sign in, and programs, which have a secret.</summary>
internal sealed class SignIn : Construct
{
    public SignIn(Construct scope, Identity identity, string dashboardUrl) : base(scope, "SignIn")
    {
        OAuthScope[] scopes = [.. identity.Scopes.Select(s => OAuthScope.ResourceServer(identity.Server, s))];
        Dashboard = new(this, "Dashboard", new UserPoolClientProps
        {
            UserPool = identity.Pool,
            GenerateSecret = false,
            AuthFlows = new AuthFlow(),
            OAuth = new OAuthSettings
            {
                Flows = new OAuthFlows { AuthorizationCodeGrant = true },
                Scopes = [OAuthScope.OPENID, OAuthScope.EMAIL, .. scopes],
                CallbackUrls = [$"{dashboardUrl}/"],
                LogoutUrls = [$"{dashboardUrl}/"],
            },
            AccessTokenValidity = Duration.Hours(1),
            RefreshTokenValidity = Duration.Hours(12),
            PreventUserExistenceErrors = true,
            SupportedIdentityProviders = [UserPoolClientIdentityProvider.COGNITO],
        });
        Programs = new(this, "Programs", new UserPoolClientProps
        {
            UserPool = identity.Pool,
            GenerateSecret = true,
            AuthFlows = new AuthFlow(),
            OAuth = new OAuthSettings { Flows = new OAuthFlows { ClientCredentials = true }, Scopes = scopes },
            AccessTokenValidity = Duration.Hours(1),
        });
        Issuer = new(
            identity.Pool.UserPoolProviderUrl, [Dashboard.UserPoolClientId, Programs.UserPoolClientId], $"{Identity.Resource}/", Dashboard.UserPoolClientId,
            $"{identity.Domain.BaseUrl()}/oauth2/authorize", $"{identity.Domain.BaseUrl()}/oauth2/token");
    }

    public UserPoolClient Dashboard { get; }

    public UserPoolClient Programs { get; }

    public TokenIssuer Issuer { get; }
}
