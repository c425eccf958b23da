using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Agent.Api;

/// <summary>What this API cannot do, beside what is wrong with any request (<see cref="RequestProblems"/>).</summary>
internal static class Problems
{
    public static Problem UnknownClient(string name) =>
        RequestProblems.Of(404, ProblemCodes.UnknownClient, "Unknown client", $"no client {name} is registered here");

    public static Problem BadPath(string detail) =>
        RequestProblems.Of(400, ProblemCodes.BadPath, "Not a usable path", detail);

    public static Problem OutsideWatchedDirectories(string path) =>
        RequestProblems.Of(403, ProblemCodes.OutsideWatchedDirectories, "Outside the watched directories", $"{path} is not directly in a watched directory", "start the agent with its directory in -watch-dir");

    public static Problem FileNotFound(string path) =>
        RequestProblems.Of(404, ProblemCodes.FileNotFound, "No such file", $"{path} does not exist", "create it: a new file in a watched directory is registered by itself");

    public static Problem NotATenant(string path, string reason) =>
        RequestProblems.Of(422, ProblemCodes.NotATenant, "The file cannot be a tenant", $"{path}: {reason}");

    public static Problem DuplicateTenant(string path, string reason) =>
        RequestProblems.Of(409, ProblemCodes.DuplicateTenant, "The tenant exists", $"{path}: {reason}");

    public static Problem BadStatus() =>
        RequestProblems.Of(400, ProblemCodes.BadStatus, "Not a status to ask for", $"status is \"{StatusWords.Paused}\" or \"{StatusWords.Active}\"");

    public static Problem NotReplicated(string detail) =>
        RequestProblems.Of(409, ProblemCodes.NotReplicated, "The tenant is not replicated now", detail, "its status says why");

    public static Problem TokenRequired() =>
        RequestProblems.Of(401, ProblemCodes.TokenRequired, "A token is needed", "this agent is reachable from other machines", "send Authorization: Bearer with the token of -api-token");

    public static Problem WritesDisabled() =>
        RequestProblems.Of(403, ProblemCodes.WritesDisabled, "Changes are off", "this agent is reachable from other machines and has no token", "start it with -api-token (or LITESTREAM_API_TOKEN)");

    public static Problem Stopping() =>
        RequestProblems.Of(503, ProblemCodes.Stopping, "The agent is stopping");
}
