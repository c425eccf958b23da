using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands.Fleets;

/// <summary>The API refused, and said why.</summary>
internal sealed class FleetApiException(Problem problem)
    : LitestreamException($"{problem.Detail ?? problem.Title} ({problem.Code})", hint: problem.Status is 401 or 403 ? "LITESTREAM_API_TOKEN has the token" : problem.Hint)
{
    /// <summary>One of <see cref="Fleet.ProblemCodes"/>.</summary>
    public string Code { get; } = problem.Code;
}
