namespace Litestream.Agent.Reporting;

/// <summary>What is remembered of a tenant between two looks: some 40 bytes, and nothing else of it lives in between.</summary>
/// <param name="State">Of <see cref="TenantView.StateOf"/>, as it was last seen.</param>
/// <param name="Use">Of <see cref="TenantView.UseOf"/>, as it was last written.</param>
/// <param name="Since">When the state became what it is.</param>
/// <param name="RefreshAt">Its use is not written again before; nothing was written yet: the beginning of time.</param>
/// <param name="Look">Number of the look that saw it last.</param>
/// <param name="IsDue">Its state was not written yet.</param>
internal readonly record struct TenantNote(int State, int Use, DateTime Since, DateTime RefreshAt, int Look, bool IsDue)
{
    public bool IsNew => RefreshAt == DateTime.MinValue;
}
