using Litestream.Fleet;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Api;

/// <summary>Every problem this API answers with.</summary>
internal static class Problems
{
    public static Problem NotFound(string path) =>
        Of(404, ProblemCodes.NotFound, "No such address", $"there is nothing at {path}", "/api/status is a good start");

    public static Problem MethodNotAllowed(string method) =>
        Of(405, ProblemCodes.MethodNotAllowed, "Method not allowed", $"{method} is not possible here");

    public static Problem BadBody(string detail) =>
        Of(400, ProblemCodes.BadBody, "The body cannot be read", detail);

    public static Problem BodyTooLarge() =>
        Of(413, ProblemCodes.BodyTooLarge, "The body is too large", $"at most {LocalApi.LargestBodyBytes} bytes are read");

    public static Problem NotJson() =>
        Of(415, ProblemCodes.NotJson, "The body is not JSON", hint: "send Content-Type: application/json");

    public static Problem BadParameter(string detail) =>
        Of(400, ProblemCodes.BadParameter, "A parameter is wrong", detail);

    public static Problem BadGuid() =>
        Of(400, ProblemCodes.BadGuid, "Not a client id", "a client id is a GUID: 8-4-4-4-12 hexadecimal digits");

    public static Problem UnknownClient(string name) =>
        Of(404, ProblemCodes.UnknownClient, "Unknown client", $"no client {name} is registered here");

    public static Problem BadPath(string detail) =>
        Of(400, ProblemCodes.BadPath, "Not a usable path", detail);

    public static Problem OutsideWatchedDirectories(string path) =>
        Of(403, ProblemCodes.OutsideWatchedDirectories, "Outside the watched directories", $"{path} is not directly in a watched directory", "start the agent with its directory in -watch-dir");

    public static Problem FileNotFound(string path) =>
        Of(404, ProblemCodes.FileNotFound, "No such file", $"{path} does not exist", "create it: a new file in a watched directory is registered by itself");

    public static Problem NotATenant(string path, string reason) =>
        Of(422, ProblemCodes.NotATenant, "The file cannot be a tenant", $"{path}: {reason}");

    public static Problem DuplicateTenant(string path, string reason) =>
        Of(409, ProblemCodes.DuplicateTenant, "The tenant exists", $"{path}: {reason}");

    public static Problem BadStatus() =>
        Of(400, ProblemCodes.BadStatus, "Not a status to ask for", $"status is \"{StatusWords.Paused}\" or \"{StatusWords.Active}\"");

    public static Problem NotReplicated(string detail) =>
        Of(409, ProblemCodes.NotReplicated, "The tenant is not replicated now", detail, "its status says why");

    public static Problem ForeignHost(string host) =>
        Of(403, ProblemCodes.ForeignOrigin, "Changes are for this machine only", $"the request came for the host \"{host}\", which is not a loopback name", "use http://localhost, or start the agent with -bind and -api-token");

    public static Problem ForeignOrigin() =>
        Of(403, ProblemCodes.ForeignOrigin, "Changes from another site are refused", "the request's Origin is not this agent");

    public static Problem TokenRequired() =>
        Of(401, ProblemCodes.TokenRequired, "A token is needed", "this agent is reachable from other machines", "send Authorization: Bearer with the token of -api-token");

    public static Problem WritesDisabled() =>
        Of(403, ProblemCodes.WritesDisabled, "Changes are off", "this agent is reachable from other machines and has no token", "start it with -api-token (or LITESTREAM_API_TOKEN)");

    public static Problem Stopping() =>
        Of(503, ProblemCodes.Stopping, "The agent is stopping");

    public static Problem Internal() =>
        Of(500, ProblemCodes.Internal, "The agent failed to answer", "its log says why");

    private static Problem Of(int status, string code, string title, string? detail = null, string? hint = null) =>
        new() { Title = title, Status = status, Code = code, Detail = detail, Hint = hint };
}
