namespace Litestream.Agent.Reporting;

/// <summary>A tenant that this host replicates, and another owns by the table.</summary>
/// <param name="Owner">The other.</param>
/// <param name="Epoch">As the table has it.</param>
/// <param name="EpochHere">As it was here when that was found out.</param>
internal readonly record struct ContestedTenant(string Owner, long Epoch, uint EpochHere);
