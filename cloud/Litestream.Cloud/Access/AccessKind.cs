namespace Litestream.Cloud.Access;

/// <summary>How a request says whose it is.</summary>
internal enum AccessKind
{
    /// <summary>On Lambda: the HTTP API's authorizer has checked a token, its claims are in the event.</summary>
    Claims,

    /// <summary><c>Authorization: Bearer</c> with one of a file's tokens.</summary>
    Tokens,

    /// <summary>It does not have to: only this machine can ask.</summary>
    Anonymous,
}
