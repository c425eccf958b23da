namespace Litestream.Fleet.Api;

/// <summary>A watched directory.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Clients">Tenants registered from it.</param>
/// <param name="Error">Why it is not watched now; null when it is.</param>
public sealed record DirectoryStatus(string Path, int Clients, string? Error);
