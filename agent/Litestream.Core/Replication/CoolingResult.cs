namespace Litestream.Replication;

internal enum CoolingResult
{
    /// <summary>Closed, with an identity to recognise any change by.</summary>
    Cold,

    /// <summary>Closed, but something happened meanwhile.</summary>
    LookAgain,

    /// <summary>Hot still: a checkpoint, or the time stamps after it, need a moment.</summary>
    NotYet,

    /// <summary>Hot still: an application is connected, and it is not time yet to leave all the same.</summary>
    Connected,
}
