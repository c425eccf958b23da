using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>Body of a change that has nothing to say: <c>{}</c>, or none.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EmptyRequest;
