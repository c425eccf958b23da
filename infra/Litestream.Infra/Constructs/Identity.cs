using Amazon.CDK;
using Amazon.CDK.AWS.Cognito;
using Constructs;
using Litestream.Fleet;

namespace Litestream.Infra.Constructs;

/// <summary>The people who may sign in, and what tokens can say that they may do.</summary>
internal sealed class Identity : Construct
{
    /// <summary>Of the resource server: Cognito puts it before every scope.</summary>
    public const string Resource = "litestream";

    public Identity(Construct scope, Settings settings) : base(scope, "Identity")
    {
        Pool = new(this, "Users", new UserPoolProps
        {
            SelfSignUpEnabled = false,
            SignInAliases = new SignInAliases { Email = true },
            SignInCaseSensitive = false,
            Mfa = Mfa.OPTIONAL,
            MfaSecondFactor = new MfaSecondFactor { Otp = true, Sms = false },
            PasswordPolicy = new PasswordPolicy { MinLength = 12, RequireDigits = false, RequireLowercase = false, RequireSymbols = false, RequireUppercase = false, TempPasswordValidity = Duration.Days(3) },
            AccountRecovery = AccountRecovery.EMAIL_ONLY,
            DeletionProtection = true,
            RemovalPolicy = RemovalPolicy.RETAIN,
        });
        Scopes = [.. ScopeWords.All.Select(scope => new ResourceServerScope(new ResourceServerScopeProps { ScopeName = scope, ScopeDescription = MeaningOf(scope) }))];
        Server = Pool.AddResourceServer("Api", new UserPoolResourceServerOptions { Identifier = Resource, UserPoolResourceServerName = "Litestream fleet", Scopes = Scopes });
        Domain = Pool.AddDomain("SignIn", new UserPoolDomainOptions
        {
            // Unique among all accounts of the region.
            CognitoDomain = new CognitoDomainOptions { DomainPrefix = $"litestream-{settings.Stage}-{Aws.ACCOUNT_ID}" },
        });
    }

    public UserPool Pool { get; }

    public UserPoolResourceServer Server { get; }

    public ResourceServerScope[] Scopes { get; }

    public UserPoolDomain Domain { get; }

    private static string MeaningOf(string scope) => scope switch
    {
        ScopeWords.Read => "See the fleet",
        ScopeWords.Restore => "Restore tenants, and take restores back",
        _ => "Ask hosts for commands, and read the audit",
    };
}
