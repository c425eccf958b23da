namespace Litestream.Infra.Tests;

/// <summary>Contexts that people deploy with.</summary>
internal static class Deployment
{
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>> All { get; } = new Dictionary<string, IReadOnlyDictionary<string, object>>
    {
        ["dev"] = new Dictionary<string, object>(),
        ["prod"] = new Dictionary<string, object> { ["stage"] = "prod", ["alarmEmail"] = "ops@example.com", ["logDays"] = "365" },
        ["closed"] = new Dictionary<string, object>
        {
            ["stage"] = "closed",
            ["kmsKey"] = "create",
            ["vpcEndpointId"] = "vpce-0123456789abcdef0",
            ["issuer"] = "https://login.example.com/",
            ["audience"] = "litestream",
            ["domain"] = "fleet.example.com",
            ["certificate"] = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000",
        },
    };
}
