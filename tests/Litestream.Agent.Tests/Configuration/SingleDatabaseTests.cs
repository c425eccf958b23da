using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Configuration;

public sealed class SingleDatabaseTests
{
    [Theory]
    [InlineData("legacy-system", "legacy-system")]
    [InlineData("My Shop (old)", "My-Shop--old-")]
    [InlineData("a/b", "a-b")]
    [InlineData("../../etc", "..-..-etc")]
    [InlineData("Übung", "-bung")]
    public void A_name_becomes_safe_as_a_folder_and_as_a_key(string name, string safe) => Assert.Equal(safe, DatabaseName.Safe(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public void Names_that_mean_another_folder_are_refused(string name) => Assert.Null(DatabaseName.Safe(name));

    [Fact]
    public void A_name_without_end_is_refused() => Assert.Null(DatabaseName.Safe(new string('a', 300)));
}
