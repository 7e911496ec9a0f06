using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Hosting;

public sealed class UnknownSettingsCheckTests
{
    [Fact]
    public void A_mistyped_key_is_named_with_the_nearest_one() =>
        Problems(("Broker:Adress", "x")).ShouldHaveSingleItem().ShouldBe(new SettingProblem("Broker:Adress", "no such setting; did you mean Broker:Address?"));

    [Fact]
    public void A_mistyped_section_is_named() =>
        Problems(("Broke:Address", "x")).ShouldHaveSingleItem().Fix.ShouldContain("did you mean Broker?");

    [Fact]
    public void Values_of_the_wrong_type_are_named_all_at_once() =>
        Problems(("Broker:Port", "ninety"), ("Broker:Patience", "soon"), ("Broker:Quiet", "maybe")).Select(problem => problem.Key)
            .ShouldBe(["Broker:Patience", "Broker:Port", "Broker:Quiet"], ignoreOrder: true);

    [Fact]
    public void A_nested_section_is_checked_too() =>
        Problems(("Broker:Login:Usr", "x")).ShouldHaveSingleItem().Key.ShouldBe("Broker:Login:Usr");

    [Fact]
    public void A_list_is_filled_item_by_item()
    {
        Problems(("Broker:Topics:0", "a"), ("Broker:Topics:1", "b")).ShouldBeEmpty();
        Problems(("Broker:Topics", "a")).ShouldHaveSingleItem().Fix.ShouldContain("a list: give its items as :0");
    }

    [Fact]
    public void Good_settings_and_other_programs_sections_are_no_problem() =>
        Problems(("Broker:Port", "9092"), ("broker:address", "::1"), ("Broker:Login:User", "ana"), ("Logging:LogLevel:Default", "Debug"), ("Path", "/bin")).ShouldBeEmpty();

    [Fact]
    public void Every_check_is_heard_before_the_exception()
    {
        var check = new UnknownSettingsCheck(Configuration([("Broker:Port", "x")]), [new KnownSection("Broker", typeof(Sample))]);
        Should.Throw<SettingsException>(() => SettingsException.ThrowIfAny([check, new Second(), new Unbindable()])).Problems.Select(problem => problem.Key)
            .ShouldBe(["Broker:Port", "Second:Key"]);
    }

    [Fact]
    public void A_check_that_cannot_read_its_options_is_not_swallowed_when_nothing_else_is_wrong() =>
        Should.Throw<InvalidOperationException>(() => SettingsException.ThrowIfAny([new Unbindable()]));

    private static List<SettingProblem> Problems(params (string Key, string Value)[] settings) =>
        [.. new UnknownSettingsCheck(Configuration(settings), [new KnownSection("Broker", typeof(Sample))]).Problems()];

    private static IConfigurationRoot Configuration((string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))).Build();

    private sealed class Sample
    {
        public string Address { get; set; } = string.Empty;

        public int Port { get; set; }

        public TimeSpan? Patience { get; set; }

        public bool Quiet { get; set; }

        public Nested Login { get; set; } = new();

        public IList<string> Topics { get; } = [];
    }

    private sealed class Nested
    {
        public string User { get; set; } = string.Empty;
    }

    private sealed class Second : IOptionsCheck
    {
        public IEnumerable<SettingProblem> Problems() => [new("Second:Key", "mend it")];
    }

    private sealed class Unbindable : IOptionsCheck
    {
        public IEnumerable<SettingProblem> Problems() => throw new InvalidOperationException("cannot bind");
    }
}
