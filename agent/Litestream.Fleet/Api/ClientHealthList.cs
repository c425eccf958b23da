namespace Litestream.Fleet.Api;

public sealed record ClientHealthList(IReadOnlyList<ClientHealth> Items, string? NextCursor);
