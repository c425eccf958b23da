namespace Litestream;

/// <summary>What a database is doing has changed, or why. Becoming hot or cold is no change: both are <see cref="DatabaseReason.None"/> here.</summary>
/// <param name="Database">Which.</param>
/// <param name="Before">What it was doing when the last change was told, or when somebody began to listen.</param>
/// <param name="Status">What it is doing now.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">The reason as a sentence with its remedy; null when all is well.</param>
public sealed record DatabaseStateChange(Database Database, DatabaseStatus Before, DatabaseStatus Status, DatabaseReason Reason, string? Detail);
