using Amazon.CDK;
using Litestream.Infra.Constructs;

namespace Litestream.Infra.Stacks;

/// <summary>What can be made anew at any time: API, worker, dashboard, alarms.</summary>
internal sealed class ServiceStack : Stack
{
    public ServiceStack(App app, Settings settings, DataStack data) : base(app, $"Litestream-{settings.Stage}-Service", new StackProps
    {
        Description = $"Litestream fleet {settings.Stage}: API, worker, dashboard, alarms.",
    })
    {
        var api = new FleetApi(this, settings, data.Replicas, data.Table);
        var worker = new Worker(this, settings, data.Replicas, data.Table);
        var site = new DashboardSite(this, settings, api, ConnectsTo(settings, data));
        var signIn = data.Identity is { } identity ? new SignIn(this, identity, site.Url) : null;
        var issuer = signIn?.Issuer ?? new(settings.Issuer!, [settings.Audience!], "", settings.Audience!);
        api.Open(issuer);
        site.Publish(issuer);
        var alarms = new Alarms(this, settings, data.Table, api, worker);

        Output("DashboardUrl", site.Url, "where people sign in");
        Output("ApiUrl", site.Url, "LITESTREAM_API_URL of `litestream fleet`");
        Output("AlarmTopicArn", alarms.Topic.TopicArn, "subscribe whoever should hear of it");
        Output("Issuer", issuer.Issuer, "of tokens");
        if (signIn is null)
            return;
        Output("UserPoolId", data.Identity!.Pool.UserPoolId, "add people here");
        Output("TokenUrl", issuer.TokenEndpoint!, "programs get tokens here (client_credentials)");
        Output("ProgramsClientId", signIn.Programs.UserPoolClientId, "client id of programs; its secret is in Cognito");
    }

    private static string[] ConnectsTo(Settings settings, DataStack data) => data.Identity is { } identity
        ? [$"https://cognito-idp.{Aws.REGION}.{Aws.URL_SUFFIX}", identity.Domain.BaseUrl()]
        : [new Uri(settings.Issuer!).GetLeftPart(UriPartial.Authority)];

    private void Output(string name, string value, string meaning) => _ = new CfnOutput(this, name, new CfnOutputProps { Value = value, Description = meaning });
}
