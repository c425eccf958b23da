namespace Litestream.Agent.Api.Control;

/// <summary>Answer of <c>/list</c>.</summary>
internal sealed record ListAnswer(IReadOnlyList<ListedDatabase> Databases);
