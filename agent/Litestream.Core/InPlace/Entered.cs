using Litestream.Replication;

namespace Litestream.InPlace;

/// <summary>The wanted state is in the database.</summary>
/// <param name="Before">What it replaced.</param>
/// <param name="BlockedFor">How long nobody else could write.</param>
internal readonly record struct Entered(Label Before, TimeSpan BlockedFor);
