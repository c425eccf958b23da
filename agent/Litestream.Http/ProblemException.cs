using Litestream.Fleet.Api;

namespace Litestream.Http;

/// <summary>A request that cannot be answered as asked; becomes a problem document.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail ?? problem.Title)
{
    public Problem Problem => problem;
}
