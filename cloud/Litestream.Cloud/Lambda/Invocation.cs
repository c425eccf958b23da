namespace Litestream.Cloud.Lambda;

/// <summary>Something to do, as the Runtime API handed it out.</summary>
/// <param name="RequestId">By which it is answered.</param>
/// <param name="Deadline">When Lambda gives the function up.</param>
/// <param name="TraceId">For X-Ray; null when there is none.</param>
/// <param name="Event">JSON.</param>
internal sealed record Invocation(string RequestId, DateTimeOffset Deadline, string? TraceId, byte[] Event);
