namespace Litestream.Storage;

/// <summary>What a store bills: kinds of requests, under the names that the metrics use.</summary>
internal enum StorageOperation
{
    /// <summary>Creating an object, and every step of creating a large one.</summary>
    Put,

    /// <summary>Reading an object or its headers.</summary>
    Get,

    List,

    Delete,
}
