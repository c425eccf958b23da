namespace Litestream.Agent.Watching;

/// <summary>A database that somebody named, whatever its file is called.</summary>
internal readonly record struct NamedDatabase(Store Store, string Name);
