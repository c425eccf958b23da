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
}
