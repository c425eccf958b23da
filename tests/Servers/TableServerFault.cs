namespace Litestream.Tests.Servers;

/// <summary>What a table of the tests does to a request instead of serving it.</summary>
internal enum TableServerFault
{
    None,

    /// <summary>As a table at the end of its capacity.</summary>
    Throttle,

    /// <summary>500</summary>
    InternalError,

    /// <summary>No answer, until <see cref="TableServer.Release"/>.</summary>
    Hang,

    /// <summary>The connection is cut.</summary>
    Reset,

    /// <summary>400: may not be used.</summary>
    Denied,

    /// <summary>400: there is no such table.</summary>
    NoTable,

    /// <summary>200 with a page of HTML.</summary>
    Page,

    /// <summary>It is done, and the answer is lost.</summary>
    LoseReply,
}
