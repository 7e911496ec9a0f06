using Bogus;
using Bogus.DataSets;

namespace HospitalStreaming.Core.Simulation;

/// <summary>
/// Names from Bogus, each from a seed of its own, so that a person is the same in any order of asking; numbers and addresses are of the kinds
/// set aside for fiction. Not for two threads at once.
/// </summary>
internal sealed class People(SimulationSettings settings, Population population)
{
    private static readonly string[] BloodTypes = ["O+", "A+", "B+", "AB+", "O-", "A-", "B-", "AB-"];
    private static readonly int[] BloodPercent = [37, 34, 10, 4, 6, 6, 2, 1];
    private static readonly string[] Insurers = ["BCH", "AET", "UNH", "CIG", "MCR", "HUM", "KAI"];

    private readonly Name _names = new("en");

    public string DoctorName(int doctor)
    {
        var chance = new SplitMix(settings.Seed, ChanceStream.Doctor, (ulong)(1_000 + doctor));
        return "Dr. " + FullName(ref chance, chance.Chance(500));
    }

    public string DoctorContact(int doctor)
    {
        var chance = new SplitMix(settings.Seed, ChanceStream.Doctor, (ulong)(2_000 + doctor));
        return Telephone(ref chance, doctor);
    }

    public Patient PatientOf(long id, int version)
    {
        var (woman, birth) = population.FactsOf(id);
        var chance = new SplitMix(settings.Seed, ChanceStream.Person, (ulong)id + (1UL << 62));
        var name = FullName(ref chance, woman);
        var blood = BloodOf(ref chance);
        // A change is of address or of insurer, in turns; which comes first differs.
        var addressFirst = chance.Below(2);
        var addresses = (version + addressFirst) / 2;
        var insurers = (version + 1 - addressFirst) / 2;
        return new(name, birth, woman ? "Female" : "Male", blood, ContactOf(id, name, addresses), InsuranceOf(id, insurers));
    }

    private static string BloodOf(ref SplitMix chance)
    {
        var drawn = chance.Below(100);
        var index = 0;
        while (drawn >= BloodPercent[index])
        {
            drawn -= BloodPercent[index++];
        }

        return BloodTypes[index];
    }

    private string FullName(ref SplitMix chance, bool woman)
    {
        _names.Random = new Randomizer(chance.Below(int.MaxValue));
        return _names.FirstName(woman ? Name.Gender.Female : Name.Gender.Male) + " " + _names.LastName();
    }

    private string ContactOf(long id, string name, int version)
    {
        // The number is the person's own and goes up with each change: an address is never the one before.
        var own = new SplitMix(settings.Seed, ChanceStream.Contact, (ulong)id << 20).Below(1_000_000);
        var chance = new SplitMix(settings.Seed, ChanceStream.Contact, ((ulong)id << 20) + 1 + (ulong)version);
        if (chance.Chance(600))
        {
            return Telephone(ref chance, own + version);
        }

        Span<char> local = stackalloc char[name.Length];
        var length = 0;
        foreach (var letter in name)
        {
            if (char.IsAsciiLetter(letter))
            {
                local[length++] = char.ToLowerInvariant(letter);
            }
            else if (letter == ' ')
            {
                local[length++] = '.';
            }
        }

        return $"{local[..length]}{1 + ((own + version) % 999)}@example.{(chance.Chance(500) ? "com" : "org")}";
    }

    private string InsuranceOf(long id, int version)
    {
        var chance = new SplitMix(settings.Seed, ChanceStream.Insurance, ((ulong)id << 20) + (ulong)version);
        return $"{Insurers[chance.Below(Insurers.Length)]}-{chance.Below(1_000_000_000):D9}";
    }

    // 555-0100 to 555-0199 belong to nobody in North America.
    private static string Telephone(ref SplitMix chance, int line) => $"({chance.Between(201, 989)}) 555-{100 + (line % 100):D4}";
}
