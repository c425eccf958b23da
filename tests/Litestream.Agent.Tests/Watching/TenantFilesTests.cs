using Litestream.Agent.Watching;

namespace Litestream.Agent.Tests.Watching;

public sealed class TenantFilesTests
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    [Theory]
    [InlineData(Guid + ".db")]
    [InlineData(Guid + ".sqlite")]
    [InlineData(Guid + ".sqlite3")]
    [InlineData("12345678-1234-5678-9ABC-123456789012.db")]
    public void A_guid_with_a_known_extension_is_a_tenant_and_its_id_is_lower_case(string name)
    {
        Assert.True(TenantFiles.TryParseTenant(name, out var id));
        Assert.Equal(Guid, id);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".db")]
    [InlineData(Guid)]
    [InlineData(Guid + ".DB")]
    [InlineData(Guid + ".db3")]
    [InlineData(Guid + ".db.db")]
    [InlineData(Guid + " .db")]
    [InlineData(" " + Guid + ".db")]
    [InlineData("{" + Guid + "}.db")]
    [InlineData("1234567812345678 9abc123456789012.db")]
    [InlineData("123456781234567890abcdef12345678.db")]
    [InlineData("12345678-1234-5678-9abc-12345678901g.db")]
    [InlineData("12345678-1234-5678-9abc-1234567890120.db")]
    [InlineData("12345678_1234_5678_9abc_123456789012.db")]
    [InlineData("１2345678-1234-5678-9abc-123456789012.db")]
    [InlineData("../" + Guid + ".db")]
    public void Anything_else_is_no_tenant(string name) => Assert.False(TenantFiles.TryParseTenant(name, out _));

    [Theory]
    [InlineData(Guid + ".db", 0)]
    [InlineData(Guid + ".db-wal", 1)]
    [InlineData(Guid + ".db-shm", 2)]
    [InlineData(Guid + ".db-journal", 3)]
    public void The_files_beside_a_database_belong_to_it(string name, int part)
    {
        Assert.Equal((FilePart)part, TenantFiles.PartOf(name, out var database));
        Assert.Equal(Guid + ".db", database.ToString());
    }

    [Theory]
    [InlineData("legacy.db", true)]
    [InlineData("LEGACY.SQLITE", true)]
    [InlineData("a.db3", true)]
    [InlineData("notes.txt", false)]
    [InlineData("db", false)]
    [InlineData(Guid, false)]
    public void Only_what_looks_like_a_database_is_reported_as_skipped(string name, bool looksLikeOne) =>
        Assert.Equal(looksLikeOne, TenantFiles.LooksLikeDatabase(name));

    [Fact]
    public void The_reason_for_skipping_tells_a_wrong_name_from_a_wrong_extension()
    {
        Assert.Contains("not a GUID", TenantFiles.WhyNotTenant("legacy.db"), StringComparison.Ordinal);
        Assert.Contains("extension", TenantFiles.WhyNotTenant(Guid + ".DB"), StringComparison.Ordinal);
    }
}
