using Litestream.Fleet.Api;

namespace Litestream.Agent.Api;

/// <summary>A request that cannot be answered as asked; becomes a problem document.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail ?? problem.Title)
{
    public Problem Problem => problem;
}
