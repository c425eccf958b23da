using Amazon.CDK;
using Amazon.CDK.AWS.Apigatewayv2;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AwsApigatewayv2Authorizers;
using Amazon.CDK.AwsApigatewayv2Integrations;
using Constructs;
using Litestream.Fleet;

namespace Litestream.Infra.Constructs;

/// <summary>The API: an HTTP API that checks tokens, and the function behind it. Only health needs no token.</summary>
internal sealed class FleetApi : Construct
{
    private const int RequestsPerSecond = 100;
    private const int RequestsAtOnce = 200;

    public FleetApi(Construct scope, Settings settings, ReplicaBucket replicas, FleetTable table) : base(scope, "FleetApi")
    {
        Function = new(this, "Api", settings, replicas, table, new FunctionProps
        {
            Description = $"API of the Litestream fleet {settings.Stage}",
            MemorySize = 512,
            Timeout = Duration.Seconds(29), // an HTTP API waits for 30
            Environment = settings.Issuer is null ? new Dictionary<string, string> { ["LITESTREAM_SCOPE_PREFIX"] = $"{Identity.Resource}/" } : null,
        });
        Api = new(this, "Http", new HttpApiProps { Description = $"Litestream fleet {settings.Stage}", DisableExecuteApiEndpoint = false });
        var access = new Amazon.CDK.AWS.Logs.LogGroup(this, "Access", new Amazon.CDK.AWS.Logs.LogGroupProps { Retention = settings.LogRetention, RemovalPolicy = RemovalPolicy.DESTROY });
        var stage = (CfnStage)Api.DefaultStage!.Node.DefaultChild!;
        stage.DefaultRouteSettings = new CfnStage.RouteSettingsProperty { ThrottlingRateLimit = RequestsPerSecond, ThrottlingBurstLimit = RequestsAtOnce };
        stage.AccessLogSettings = new CfnStage.AccessLogSettingsProperty
        {
            DestinationArn = access.LogGroupArn,
            Format = """{"time":"$context.requestTime","requestId":"$context.requestId","method":"$context.httpMethod","path":"$context.path","status":"$context.status","sub":"$context.authorizer.claims.sub","ip":"$context.identity.sourceIp","latencyMs":"$context.responseLatency","error":"$context.error.message"}""",
        };
    }

    public FleetFunction Function { get; }

    public HttpApi Api { get; }

    /// <summary>Host and nothing else.</summary>
    public string Domain => $"{Api.ApiId}.execute-api.{Stack.Of(this).Region}.{Stack.Of(this).UrlSuffix}";

    /// <summary>The routes; after it is known whose tokens count.</summary>
    public void Open(TokenIssuer issuer)
    {
        var integration = new HttpLambdaIntegration("Function", Function.Function, new HttpLambdaIntegrationProps { PayloadFormatVersion = PayloadFormatVersion.VERSION_2_0 });
        Api.AddRoutes(new AddRoutesOptions { Path = "/api/health", Methods = [Amazon.CDK.AWS.Apigatewayv2.HttpMethod.GET], Integration = integration, Authorizer = new HttpNoneAuthorizer() });
        Api.AddRoutes(new AddRoutesOptions
        {
            Path = "/api/{address+}",
            Methods = [Amazon.CDK.AWS.Apigatewayv2.HttpMethod.GET, Amazon.CDK.AWS.Apigatewayv2.HttpMethod.POST],
            Integration = integration,
            Authorizer = new HttpJwtAuthorizer("Tokens", issuer.Issuer, new HttpJwtAuthorizerProps { JwtAudience = issuer.Audiences }),
            AuthorizationScopes = [.. ScopeWords.All.Select(scope => issuer.ScopePrefix + scope)], // one of them; which one an address needs the program knows
        });
    }
}
