namespace Litestream.Contract.Access;

/// <summary>What an endpoint asks of whoever calls it. Without one it answers nobody.</summary>
/// <param name="Scope">Null: nothing, not even who it is.</param>
internal sealed record AccessRequirement(string? Scope);
