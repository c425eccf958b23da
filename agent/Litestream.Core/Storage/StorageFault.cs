namespace Litestream.Storage;

/// <summary>What kind of failure it was, decided where it was seen.</summary>
public enum StorageFault
{
    /// <summary>Passing: trying again may help.</summary>
    Transient,

    /// <summary>Somebody must act: wrong credentials, no permission, no such bucket.</summary>
    Permanent,

    /// <summary>The object or folder is not there.</summary>
    Missing,

    /// <summary>No room left.</summary>
    Full,
}
