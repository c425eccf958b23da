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
        var pages = $"https://{Imported(identity, identity.Domain.DomainName)}.auth.{Aws.REGION}.amazoncognito.com/oauth2";
        Issuer = new(
            Imported(identity, identity.Pool.UserPoolProviderUrl), [Dashboard.UserPoolClientId, Programs.UserPoolClientId], $"{Identity.Resource}/", Dashboard.UserPoolClientId,
            $"{pages}/authorize", $"{pages}/token");
    }

    public UserPoolClient Dashboard { get; }

    public UserPoolClient Programs { get; }

    public TokenIssuer Issuer { get; }

    /// <summary>
    /// A value of the other stack by its export, said outright: what goes into a file of the site the CDK would write as if it stood in this stack
    /// (aws-cdk #19257), and of an export it takes nothing but a choice (<c>Fn::Select</c>) there.
    /// </summary>
    private static string Imported(Identity identity, string value) => Fn.Select(0, Fn.Split("|", (string)Stack.Of(identity).ExportValue(value)));
}
