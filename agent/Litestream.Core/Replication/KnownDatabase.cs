namespace Litestream.Replication;

/// <summary>What the books know of a database and of each of its replicas, in the order of the store's places.</summary>
internal sealed record KnownDatabase(BookEntry Book, ReplicaEntry[] Replicas);
