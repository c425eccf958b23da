namespace Litestream.DynamoDb;

/// <summary>Why a request to the fleet's table failed.</summary>
public enum TableFault
{
    /// <summary>Its condition does not hold: nothing was written, and that is an answer.</summary>
    Refused,

    /// <summary>The table wants less.</summary>
    Throttled,

    /// <summary>No answer, or the service's own failure.</summary>
    Unreachable,

    /// <summary>No credentials, or not these.</summary>
    Denied,

    /// <summary>There is no such table, or it lacks an index.</summary>
    NoTable,

    /// <summary>The request itself: trying again will not help.</summary>
    Invalid,
}
