using HospitalStreaming.Hosting.State;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Hosting;

public sealed class StateFolderTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "hospital-state-" + Path.GetRandomFileName());

    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [Fact]
    public void It_and_what_is_in_it_belong_to_the_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix file modes");
        using var state = StateFolder.Open(_path);
        state.Secret("postgres");
#pragma warning disable CA1416 // skipped on Windows above
        File.GetUnixFileMode(_path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Path.Combine(_path, "secrets", "postgres")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
    }

    [Fact]
    public void A_secret_is_made_once_and_differs_by_name_and_folder()
    {
        string first, other;
        using (var state = StateFolder.Open(_path))
        {
            first = state.Secret("a");
            other = state.Secret("b");
        }

        using var again = StateFolder.Open(_path);
        again.Secret("a").ShouldBe(first);
        other.ShouldNotBe(first);
        first.Length.ShouldBe(48);
    }

    [Fact]
    public void A_second_holder_is_refused_by_name_until_the_first_lets_go()
    {
        using (StateFolder.Open(_path))
        {
            Should.Throw<StartException>(() => StateFolder.Open(_path)).Message.ShouldContain($"process {Environment.ProcessId}");
        }

        StateFolder.Open(_path).Dispose();
    }

    [Fact]
    public void A_newer_layout_is_refused_and_left_alone()
    {
        StateFolder.Open(_path).Dispose();
        File.WriteAllText(Path.Combine(_path, "version"), "999");
        Should.Throw<StartException>(() => StateFolder.Open(_path)).Message.ShouldContain("newer product (layout 999");
        File.ReadAllText(Path.Combine(_path, "version")).ShouldBe("999");
    }
}
