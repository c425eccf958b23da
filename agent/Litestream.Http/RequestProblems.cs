using Litestream.Fleet;
using Litestream.Fleet.Api;

namespace Litestream.Http;

/// <summary>What can be wrong with any request, whatever it asks for.</summary>
public static class RequestProblems
{
    public static Problem NotFound(string path) =>
        Of(404, ProblemCodes.NotFound, "No such address", $"there is nothing at {path}", "/api/status is a good start");

    public static Problem MethodNotAllowed(string method) =>
        Of(405, ProblemCodes.MethodNotAllowed, "Method not allowed", $"{method} is not possible here");

    public static Problem BadBody(string detail) =>
        Of(400, ProblemCodes.BadBody, "The body cannot be read", detail);

    /// <param name="limitBytes">Null when it is not known here.</param>
    public static Problem BodyTooLarge(long? limitBytes) =>
        Of(413, ProblemCodes.BodyTooLarge, "The body is too large", limitBytes is { } limit ? $"at most {limit} bytes are read" : null);

    public static Problem NotJson() =>
        Of(415, ProblemCodes.NotJson, "The body is not JSON", hint: "send Content-Type: application/json");

    public static Problem BadParameter(string detail) =>
        Of(400, ProblemCodes.BadParameter, "A parameter is wrong", detail);

    public static Problem BadGuid() =>
        Of(400, ProblemCodes.BadGuid, "Not a client id", "a client id is a GUID: 8-4-4-4-12 hexadecimal digits");

    public static Problem BadCursor() =>
        Of(400, ProblemCodes.BadCursor, "Not a cursor of this list", "cursor is what nextCursor of the page before said, with the same parameters", "leave it out to begin anew");

    public static Problem ForeignHost(string host, string remedy) =>
        Of(403, ProblemCodes.ForeignOrigin, "For this machine only", $"the request came for the host \"{host}\", which is not a loopback name", remedy);

    public static Problem ForeignOrigin() =>
        Of(403, ProblemCodes.ForeignOrigin, "Changes from another site are refused", "the request's Origin is not this address");

    public static Problem Internal() =>
        Of(500, ProblemCodes.Internal, "The request failed", "the log of the program says why");

    public static Problem Of(int status, string code, string title, string? detail = null, string? hint = null) =>
        new() { Title = title, Status = status, Code = code, Detail = detail, Hint = hint };
}
