namespace Litestream.Contract.Tests.Document;

/// <summary>What one address does; who serves it and what scope it needs the programs say themselves.</summary>
/// <param name="Method">GET, POST, PUT.</param>
/// <param name="Path">As it is mapped.</param>
/// <param name="Id">Of the operation.</param>
/// <param name="Tag">Its chapter.</param>
/// <param name="Summary">A line.</param>
internal sealed record Operation(string Method, string Path, string Id, string Tag, string Summary)
{
    public string? Description { get; init; }

    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>Of the body; null: it has none.</summary>
    public Type? Body { get; init; }

    /// <summary>The body may be left out.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>What it answers, by status.</summary>
    public IReadOnlyList<(int Status, Type[] Types, string Description)> Answers { get; init; } = [];

    /// <summary>What it refuses with, beside what any address may.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>Its answer has a tag.</summary>
    public bool HasTag { get; init; }

    /// <summary>It is asked for under a key of the caller's, and written to the audit.</summary>
    public bool IsKeyed { get; init; }

    public bool IsRead => Method == "GET";

    public string Key => $"{Method} {Path}";
}
