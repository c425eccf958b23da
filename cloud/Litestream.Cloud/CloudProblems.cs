using Litestream.Contract;
using Litestream.DynamoDb;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Cloud;

/// <summary>What only the fleet's API cannot do: whom it lets in, and what it reads from (<see cref="Contract.ContractProblems"/> has the rest).</summary>
internal static class CloudProblems
{
    public static Problem Unauthenticated() =>
        RequestProblems.Of(401, ProblemCodes.Unauthenticated, "A token is needed", "the request has no token that is known here", "send Authorization: Bearer and a token");

    public static Problem TooLong() =>
        RequestProblems.Of(504, ProblemCodes.TooLong, "The request took too long", "its time was over before it was done", "ask for less at once, or try again");

    /// <summary>Without what the service said: it names accounts and roles, and who asks may be anybody. The log has it.</summary>
    public static Problem Unavailable(TableFault fault) => RequestProblems.Of(503, ProblemCodes.Unavailable, "The fleet's table is not available", fault switch
    {
        TableFault.Throttled => "the table asks for fewer requests",
        TableFault.Denied => "the API may not use the table",
        TableFault.NoTable => "there is no such table, or it lacks an index",
        TableFault.Invalid => "the table does not understand the API",
        _ => "the table does not answer",
    }, fault is TableFault.Throttled or TableFault.Unreachable ? "try again in a moment" : "the log of the API says more");
}
