using System.Text.Json.Serialization;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream restore -json</c> when a condition says that there is nothing to do.</summary>
internal sealed record RestoreSkippedAnswer([property: JsonPropertyName("db_path")] string? Path, string Replica, string Skipped);
