using System.Text.Json.Nodes;

namespace Litestream.Contract.Tests.Document;

/// <summary>A parameter of an operation.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="In">query, path or header.</param>
/// <param name="Schema">Its values.</param>
/// <param name="Description">For people.</param>
internal sealed record Parameter(string Name, string In, JsonObject Schema, string Description)
{
    public bool IsRequired { get; init; }

    /// <summary>Only one of the two programs knows it: <c>fleet</c> or <c>host</c>.</summary>
    public string? Only { get; init; }

    /// <summary>Of a number: what the fleet's API takes at most, where that is less than the host's.</summary>
    public int? FleetMaximum { get; init; }

    public static Parameter Limit(int usual, int most, string? only = null) =>
        new("limit", "query", new() { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = most, ["default"] = usual }, "Items of the page at most.") { Only = only };

    public static Parameter Cursor { get; } = new("cursor", "query", Text(), "nextCursor of the page before, with the same parameters.");

    public static Parameter Flag(string name, string description) => new(name, "query", new() { ["type"] = "boolean", ["default"] = false }, description);

    public static Parameter Path(string name, string description, string? format = null)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (format is not null)
            schema["format"] = format;
        return new(name, "path", schema, description) { IsRequired = true };
    }

    public static Parameter Query(string name, string description, string? pattern = null)
    {
        var schema = Text();
        if (pattern is not null)
            schema["pattern"] = pattern;
        return new(name, "query", schema, description);
    }

    public static Parameter IdempotencyKey { get; } = new("Idempotency-Key", "header", new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 128, ["pattern"] = "^[!-~]+$" },
        "The same request under the same key happens once, for 24 hours: a new random one with each change, the same one when it is sent again.")
    { IsRequired = true };

    public static Parameter IfNoneMatch { get; } = new("If-None-Match", "header", new() { ["type"] = "string" }, "ETag of an answer that the caller has: 304 while it is the same.");

    private static JsonObject Text() => new() { ["type"] = "string", ["maxLength"] = 500 };
}
