import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fhir.ucum.UcumEssenceService;
import org.hl7.fhir.convertors.loaders.loaderR5.BaseLoaderR5;
import org.hl7.fhir.r5.context.SimpleWorkerContext;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.elementmodel.Manager.FhirFormat;
import org.hl7.fhir.r5.model.CanonicalResource;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.Coding;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.model.ValueSet;
import org.hl7.fhir.r5.utils.validation.IResourceValidator;
import org.hl7.fhir.r5.utils.validation.IValidatorResourceFetcher;
import org.hl7.fhir.r5.utils.validation.ValidatorSession;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.r5.utils.validation.constants.CheckDisplayOption;
import org.hl7.fhir.r5.utils.validation.constants.IdStatus;
import org.hl7.fhir.r5.utils.validation.constants.ReferenceValidationPolicy;
import org.hl7.fhir.utilities.FhirPublication;
import org.hl7.fhir.utilities.npm.NpmPackage;
import org.hl7.fhir.utilities.validation.ValidationOptions;
import org.hl7.fhir.r5.utils.validation.IMessagingServices;
import org.hl7.fhir.utilities.validation.ValidationMessage;
import org.hl7.fhir.utilities.validation.ValidationMessage.IssueSeverity;
import org.hl7.fhir.validation.ValidatorSettings;
import org.hl7.fhir.validation.ValidatorUtils;
import org.hl7.fhir.validation.instance.InstanceValidator;
import org.hl7.fhir.validation.instance.advisor.BasePolicyAdvisorForFullValidation;

/**
 * Judges FHIR R4 resources with HL7's validation engine against the base
 * standard and the US Core profiles that they claim, without a network.
 *
 * <pre>[--summary] [--info] [--closed] [--shallow] [--implied] [--profile URL] [--claims FILE] [--list FILE] FILE|FOLDER...</pre>
 *
 * A file is JSON, or NDJSON (then its lines are FILE:LINE). Standard output is
 * TSV: file, severity, path, message; with --summary one line a file. A Bundle
 * is judged whole, so that references between its entries are resolved.
 * Where its references are more than memory holds, it is judged with --shallow.
 * --closed finds a reference at fault that leads out of its Bundle.
 * --shallow asks of a reference's target only that it is there, not the profile that
 * the reference demands: where all refers to all, that takes forever.
 * --implied demands the profile of a vital sign wherever its LOINC code stands.
 * --claims writes how many resources of each type claim which profile.
 *
 * Exit 0: no error. 1: an error. 2: nothing could be judged. The system
 * property judge.packages names the folder of the packages (NAME-VERSION.tgz).
 */
public final class Judge {
  private static final String[] PACKAGES = {"hl7.terminology.r4-7.0.1", "hl7.fhir.uv.extensions.r4-5.2.0", "hl7.fhir.us.core-" + System.getProperty("judge.uscore", "6.1.0")};

  /** Definitions with a required binding to codes that are in no package: the CDC's of race and ethnicity in detail, and those of BCP 13. */
  private static final String[] UNBOUND = {"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity",
      "http://hl7.org/fhir/us/core/StructureDefinition/us-core-documentreference", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-note",
      "http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-lab", "http://hl7.org/fhir/StructureDefinition/Attachment"};
  private static final Set<String> NOT_HERE = Set.of("http://hl7.org/fhir/us/core/ValueSet/detailed-race",
      "http://hl7.org/fhir/us/core/ValueSet/detailed-ethnicity", "http://hl7.org/fhir/ValueSet/mimetypes");

  private final SimpleWorkerContext definitions;
  private final List<StructureDefinition> asked = new ArrayList<>();
  private final TreeMap<String, Integer> claims = new TreeMap<>();
  private final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
  private boolean summary;
  private boolean info;
  private boolean closed;
  private boolean bundle;
  private boolean implied;
  private boolean shallow;
  private int judged;
  private int clean;
  private int errors;
  private int warnings;

  private static final class Unusable extends Exception {
    Unusable(String why) { super(why); }
  }

  public static void main(String[] args) {
    int exit = 2;
    try {
      exit = run(args);
    } catch (Unusable e) {
      System.err.println("judge: " + e.getMessage());
    } catch (Throwable e) {
      System.err.println("judge: " + e);
    }
    System.exit(exit);
  }

  private static int run(String[] args) throws Exception {
    List<String> files = new ArrayList<>();
    boolean summary = false;
    boolean info = false;
    boolean closed = false;
    boolean implied = false;
    boolean shallow = false;
    String profile = null;
    String claims = null;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--summary" -> summary = true;
        case "--info" -> info = true;
        case "--closed" -> closed = true;
        case "--implied" -> implied = true;
        case "--shallow" -> shallow = true;
        case "--profile" -> profile = operand(args, ++i);
        case "--claims" -> claims = operand(args, ++i);
        case "--list" -> Files.readAllLines(Paths.get(operand(args, ++i))).stream().filter(s -> !s.isBlank()).forEach(files::add);
        default -> {
          if (args[i].startsWith("--")) throw new Unusable("unknown option " + args[i]);
          gather(Paths.get(args[i]), files);
        }
      }
    }
    if (files.isEmpty()) throw new Unusable("no input files: nothing was judged");
    String folder = System.getProperty("judge.packages");
    if (folder == null) throw new Unusable("the property judge.packages is not set");

    long start = System.nanoTime();
    Judge j = new Judge(Paths.get(folder));
    j.summary = summary;
    j.info = info;
    j.closed = closed;
    j.implied = implied;
    j.shallow = shallow;
    if (profile != null) {
      StructureDefinition sd = j.definitions.fetchResource(StructureDefinition.class, profile);
      if (sd == null) throw new Unusable("no such profile: " + profile);
      j.asked.add(sd);
    }
    System.err.printf(Locale.ROOT, "judge: definitions loaded in %.1fs%n", (System.nanoTime() - start) / 1e9);
    for (String f : files) j.file(f);
    if (j.judged == 0) throw new Unusable("no resources: nothing was judged");
    String total = j.judged + " resources, " + j.clean + " clean, " + j.errors + " errors";
    (summary ? j.out : System.err).println(total);
    System.err.printf(Locale.ROOT, "judge: %d warnings, %.1fs%n", j.warnings, (System.nanoTime() - start) / 1e9);
    j.out.flush();
    if (claims != null) {
      List<String> lines = new ArrayList<>();
      j.claims.forEach((k, n) -> lines.add(k + "\t" + n));
      Files.write(Paths.get(claims), lines);
    }
    return j.errors > 0 ? 1 : 0;
  }

  private static String operand(String[] args, int i) throws Unusable {
    if (i >= args.length) throw new Unusable(args[i - 1] + " needs a value");
    return args[i];
  }

  private static void gather(Path p, List<String> files) throws IOException {
    if (!Files.isDirectory(p)) {
      files.add(p.toString());
      return;
    }
    try (var all = Files.walk(p)) {
      all.filter(Files::isRegularFile).map(Path::toString).filter(s -> s.toLowerCase(Locale.ROOT).matches(".*\\.(json|ndjson|jsonl)")).sorted().forEach(files::add);
    }
  }

  private Judge(Path folder) throws Exception {
    BaseLoaderR5 loader = ValidatorUtils.loaderForVersion("4.0.1");
    SimpleWorkerContext c = new SimpleWorkerContext.SimpleWorkerContextBuilder()
        .withAllowLoadingDuplicates(true).withDefaultParams().fromPackage(open(folder, "hl7.fhir.r4.core-4.0.1"), loader, true);
    for (String name : PACKAGES) c.loadFromPackage(open(folder, name), ValidatorUtils.loaderForVersion("4.0.1"));
    try (InputStream in = Judge.class.getResourceAsStream("/terminology.json")) {
      for (var entry : ValidatorUtils.loaderForVersion("4.0.1").loadBundle(in, true).getEntry()) c.cacheResource(entry.getResource());
    }
    for (String url : UNBOUND) {
      for (ElementDefinition d : c.fetchResource(StructureDefinition.class, url).getSnapshot().getElement()) {
        if (d.hasBinding() && d.getBinding().hasValueSet() && NOT_HERE.contains(d.getBinding().getValueSet().split("\\|")[0])) d.setBinding(null);
      }
    }
    try (InputStream in = Judge.class.getResourceAsStream("/ucum-essence.xml")) {
      c.setUcumService(new UcumEssenceService(in));
    }
    c.setNoTerminologyServer(true);
    c.setCanRunWithoutTerminology(true);
    definitions = c;
  }

  /** A validator keeps what it has seen: each input has one of its own. */
  private InstanceValidator validator() {
    SimpleWorkerContext c = definitions;
    ValidatorSettings settings = new ValidatorSettings();
    settings.setDisplayWarningMode(true);
    InstanceValidator v = new InstanceValidator(c, null, null, new ValidatorSession(), settings);
    v.setPolicyAdvisor(new BasePolicyAdvisorForFullValidation(ReferenceValidationPolicy.CHECK_VALID) {
      @Override public ReferenceValidationPolicy policyForReference(IResourceValidator in, Object app, String path, String url, ReferenceDestinationType to) {
        if (to != ReferenceDestinationType.EXTERNAL) return shallow ? ReferenceValidationPolicy.CHECK_EXISTS : ReferenceValidationPolicy.CHECK_VALID;
        return closed && bundle ? ReferenceValidationPolicy.CHECK_EXISTS_AND_TYPE : ReferenceValidationPolicy.CHECK_TYPE_IF_EXISTS;
      }
      @Override public List<StructureDefinition> getImpliedProfilesForResource(IResourceValidator in, Object app, String path, ElementDefinition d,
          StructureDefinition type, Element resource, boolean valid, IMessagingServices sink, List<ValidationMessage> found) {
        return implied ? super.getImpliedProfilesForResource(in, app, path, d, type, resource, valid, sink, found) : List.of();
      }
    });
    v.setFetcher(new Alone());
    v.setAnyExtensionsAllowed(true);
    v.setErrorForUnknownProfiles(true);
    v.setResourceIdRule(IdStatus.OPTIONAL);
    v.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    v.setCheckDisplay(CheckDisplayOption.CheckCaseAndSpace);
    v.setUnknownCodeSystemsCauseErrors(false);
    v.setAllowExamples(true);
    v.setWantInvariantInMessage(true);
    return v;
  }

  private static NpmPackage open(Path folder, String name) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".tgz"))) {
      return NpmPackage.fromPackage(in);
    }
  }

  private void file(String name) {
    String text;
    try {
      text = Files.readString(Paths.get(name));
    } catch (IOException e) {
      judged++;
      errors++;
      out.println(name + "\terror\t$\tunreadable");
      return;
    }
    if (!name.toLowerCase(Locale.ROOT).matches(".*\\.(ndjson|jsonl)")) {
      judge(name, text);
      return;
    }
    int n = 0;
    for (String line : text.split("\n")) {
      n++;
      if (!line.isBlank()) judge(name + ":" + n, line);
    }
  }

  private void judge(String label, String text) {
    List<ValidationMessage> found = new ArrayList<>();
    bundle = text.contains("\"resourceType\":\"Bundle\"") || text.contains("\"resourceType\": \"Bundle\"");
    try {
      Element e = validator().validate(null, found, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), FhirFormat.JSON, asked);
      if (e != null) claimed(e);
    } catch (OutOfMemoryError e) {
      // The engine follows references without end where all refers to all.
      if (!shallow) {
        System.err.println("judge: more references than can be followed, judged without: " + label);
        shallow = true;
        judge(label, text);
        shallow = false;
        return;
      }
      throw e;
    } catch (Exception | StackOverflowError e) {
      found.add(new ValidationMessage(ValidationMessage.Source.InstanceValidator, ValidationMessage.IssueType.EXCEPTION, "$", "the validator failed: " + e, IssueSeverity.ERROR));
    }
    int e = 0;
    int w = 0;
    StringBuilder rows = new StringBuilder();
    Set<String> seen = new HashSet<>();
    for (ValidationMessage m : found) {
      boolean error = m.getLevel() == IssueSeverity.ERROR || m.getLevel() == IssueSeverity.FATAL;
      boolean warning = m.getLevel() == IssueSeverity.WARNING;
      if (error && (undecided(m.getMessage()) || oneFits(m.getMessage()))) {
        error = false;
        warning = true;
      }
      if (!error && !warning && !info) continue;
      String row = label + '\t' + (error ? "error" : warning ? "warning" : "information") + '\t' + line(m.getLocation()) + '\t' + line(m.getMessage()) + '\n';
      if (!seen.add(row)) continue;
      if (error) e++;
      if (warning) w++;
      rows.append(row);
    }
    judged++;
    errors += e;
    warnings += w;
    if (e == 0) clean++;
    if (summary) out.println(label + "\terrors=" + e + "\twarnings=" + w); else out.print(rows);
    out.flush();
  }

  /**
   * Whether the engine says no only because a code system or value set is not
   * here: those of SNOMED CT, LOINC, the CDC and the VSAC are in no package. So
   * are R5's definitions, by which FHIR makes extensions of R5's elements in R4.
   */
  private static boolean undecided(String message) {
    return message.contains("could not be found, so the code cannot be validated")
        || message.contains("Unable to check whether the code is in the value set")
        || message.contains("[No server available]")
        || message.contains("without terminology services")
        || message.contains("http://hl7.org/fhir/5.0/StructureDefinition/extension-") && message.contains("invalid Version '5.0'");
  }

  private static final Pattern NONE_FITS = Pattern.compile("None of the codings provided are in the value set '[^']*' \\(([^)]*)\\),.*\\(codes = (.*)\\)");

  /**
   * Whether one of the codings that the engine finds in none of a required value
   * set is in it all the same: it says so wherever it does not have the code
   * system of another one, SNOMED CT say. One is enough (R4 4.1.5.1).
   */
  private boolean oneFits(String message) {
    Matcher m = NONE_FITS.matcher(message);
    if (!m.find()) return false;
    ValueSet set = definitions.fetchResource(ValueSet.class, m.group(1));
    String[] codings = m.group(2).split(", ");
    if (set == null || codings.length < 2) return false;
    for (String c : codings) {
      int at = c.lastIndexOf('#');
      if (at > 0 && definitions.validateCode(new ValidationOptions(FhirPublication.R4), new Coding(c.substring(0, at), c.substring(at + 1), null), set).isOk()) return true;
    }
    return false;
  }

  /** Counts which profiles the resource and the entries of a Bundle claim. */
  private void claimed(Element e) {
    Element meta = e.getNamedChild("meta");
    List<Element> profiles = meta == null ? List.of() : meta.getChildren("profile");
    if (profiles.isEmpty()) claims.merge(e.fhirType() + "\t-", 1, Integer::sum);
    for (Element p : profiles) claims.merge(e.fhirType() + "\t" + p.primitiveValue(), 1, Integer::sum);
    for (Element entry : e.getChildren("entry")) {
      Element r = entry.getNamedChild("resource");
      if (r != null && e.fhirType().equals("Bundle")) claimed(r);
    }
  }

  private static String line(String s) {
    return s == null ? "" : s.replaceAll("\\s+", " ").trim();
  }

  /** Nothing is fetched from anywhere: what is not in the packages or the Bundle is not known. */
  private final class Alone implements IValidatorResourceFetcher {
    @Override public Element fetch(IResourceValidator v, Object app, String url) { return null; }
    @Override public boolean resolveURL(IResourceValidator v, Object app, String path, String url, String type, boolean canonical, List<CanonicalType> targets) { return true; }
    @Override public byte[] fetchRaw(IResourceValidator v, String url) throws IOException { throw new IOException("nothing is fetched"); }
    @Override public IValidatorResourceFetcher setLocale(Locale l) { return this; }
    @Override public CanonicalResource fetchCanonicalResource(IResourceValidator v, Object app, String url) { return null; }
    @Override public boolean fetchesCanonicalResource(IResourceValidator v, String url) { return false; }
    @Override public Set<String> fetchCanonicalResourceVersions(IResourceValidator v, Object app, String url) { return Set.of(); }
  }
}
