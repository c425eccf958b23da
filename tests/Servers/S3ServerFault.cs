namespace Litestream.Tests.Servers;

/// <summary>What goes wrong with a request.</summary>
internal enum S3ServerFault
{
    None,
    SlowDown,
    InternalError,

    /// <summary>Another conditional write of the same key is under way.</summary>
    Conflict,

    /// <summary>The connection breaks before anything was done.</summary>
    Reset,

    /// <summary>The work is done, the client never hears of it.</summary>
    LoseReply,

    /// <summary>The answer ends in the middle.</summary>
    CutReply,

    /// <summary>A page for people, with success: a sign-in page in between.</summary>
    Page,

    /// <summary>Success, and nothing else.</summary>
    Nothing,

    /// <summary>A redirection to the same place.</summary>
    Redirect,

    /// <summary>The answer is as it should be, and what was put is not kept: a store that lies.</summary>
    Swallow,

    /// <summary>Success in another language.</summary>
    OtherXml,

    /// <summary>503 with Retry-After: 2 seconds.</summary>
    SlowDownForTwoSeconds,

    /// <summary>403: may not be done.</summary>
    Denied,
}
