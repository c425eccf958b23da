using System.Text.Json.Nodes;

namespace Litestream.Tests.Servers;

/// <summary>An event of an HTTP API, payload format 2.0, with every member that AWS documents for it.</summary>
internal static class LambdaEvent
{
    public static JsonObject Of(string method, string rawPath, string rawQuery = "", string stage = "$default") => new()
    {
        ["version"] = "2.0",
        ["routeKey"] = "$default",
        ["rawPath"] = rawPath,
        ["rawQueryString"] = rawQuery,
        ["headers"] = new JsonObject
        {
            ["accept"] = "*/*",
            ["host"] = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            ["x-forwarded-for"] = "192.0.2.7",
            ["x-forwarded-port"] = "443",
            ["x-forwarded-proto"] = "https",
        },
        ["requestContext"] = new JsonObject
        {
            ["accountId"] = "123456789012",
            ["apiId"] = "a1b2c3d4e5",
            ["domainName"] = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            ["domainPrefix"] = "a1b2c3d4e5",
            ["http"] = new JsonObject { ["method"] = method, ["path"] = rawPath, ["protocol"] = "HTTP/1.1", ["sourceIp"] = "192.0.2.7", ["userAgent"] = "tests" },
            ["requestId"] = "JKJaXmPLvHcESHA=",
            ["routeKey"] = "$default",
            ["stage"] = stage,
            ["time"] = "21/Nov/2026:12:00:00 +0000",
            ["timeEpoch"] = 1795262400000,
        },
        ["isBase64Encoded"] = false,
    };

    public static JsonObject With(this JsonObject request, string name, JsonNode? value)
    {
        request[name] = value;
        return request;
    }

    public static JsonObject WithHeader(this JsonObject request, string name, string value)
    {
        request["headers"]![name] = value;
        return request;
    }

    /// <summary>As an API of payload 2.0 with a JWT authorizer puts a checked token into the event.</summary>
    public static JsonObject WithClaims(this JsonObject request, params (string Name, string Value)[] claims) => request.WithAuthorizer("jwt", new JsonObject
    {
        ["claims"] = new JsonObject(claims.Select(c => KeyValuePair.Create(c.Name, (JsonNode?)c.Value))),
        ["scopes"] = null,
    });

    public static JsonObject WithAuthorizer(this JsonObject request, string kind, JsonObject says)
    {
        request["requestContext"]!["authorizer"] = new JsonObject { [kind] = says };
        return request;
    }
}
