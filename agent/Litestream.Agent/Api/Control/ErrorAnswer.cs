using System.Text.Json.Serialization;

namespace Litestream.Agent.Api.Control;

/// <summary>What every error of the control socket looks like.</summary>
/// <param name="Error">What happened, to what.</param>
/// <param name="Details">What can be done; left out when nothing is known.</param>
internal sealed record ErrorAnswer(string Error, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Details);
